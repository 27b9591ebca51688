"""Our home page in place of Wagtail's welcome page, with the two lists below it."""

from django.db import migrations

ROOT = "0001"
HOME = "00010001"


def make_pages(apps, schema_editor):
    """Make home, notices and events; the site begins at home."""
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    Locale = apps.get_model("wagtailcore", "Locale")
    ContentType = apps.get_model("contenttypes", "ContentType")
    Site.objects.all().delete()
    Page.objects.filter(depth__gt=1).delete()
    locale, _made = Locale.objects.get_or_create(language_code="zh-hans")
    Page.objects.filter(depth=1).update(numchild=1, locale=locale)
    Locale.objects.exclude(pk=locale.pk).delete()

    def make(model, **fields):
        content_type, _made = ContentType.objects.get_or_create(app_label="cms", model=model.lower())
        return apps.get_model("cms", model).objects.create(
            content_type=content_type, locale=locale, draft_title=fields["title"], live=True, **fields
        )

    home = make("HomePage", title="首页", slug="home", path=HOME, depth=2, numchild=2, url_path="/home/")
    for number, (model, title, slug) in enumerate(
        (("NoticeIndexPage", "公告", "notices"), ("EventIndexPage", "活动", "events")), start=1
    ):
        make(model, title=title, slug=slug, path=f"{HOME}{number:04d}", depth=3, url_path=f"/home/{slug}/")
    Site.objects.create(hostname="localhost", site_name="三长", root_page_id=home.pk, is_default_site=True)


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0001_initial"),
        ("wagtailcore", "0098_apitoken"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_pages, migrations.RunPython.noop)]
