// A scanner ends what it reads with Enter: in the mark's field that goes on to the next field instead of sending the form.
// Markup: input[data-enter=next].
document.addEventListener("keydown", (event) => {
  const field = event.target as HTMLElement;
  if (event.key !== "Enter" || event.isComposing || !(field instanceof HTMLInputElement)) return;
  if (field.dataset.enter !== "next" || !field.form) return;
  event.preventDefault();
  const fields = [...field.form.querySelectorAll<HTMLInputElement>("input:not([type=hidden])")];
  fields[fields.indexOf(field) + 1]?.focus();
});
