// Scanning a code with the camera of any phone: the browser's own detector where there is one, else a small decoder in
// a worker; where the camera cannot be opened (some browsers inside chats), a photo of the code does.
import QrScanner from "qr-scanner";
import { text } from "./texts";
import { toast } from "./toast";

function send(form: HTMLFormElement, read: string): void {
  const input = form.querySelector<HTMLInputElement>('[name="scanned"], [data-scanned]');
  if (!input) return;
  input.value = read.trim();
  form.requestSubmit ? form.requestSubmit() : form.submit();
}

function offerPhoto(form: HTMLFormElement): void {
  const label = document.querySelector<HTMLElement>("[data-scan-photo]");
  const input = label?.querySelector("input");
  if (!label || !input) return;
  label.hidden = false;
  input.onchange = () => {
    const picture = input.files?.[0];
    if (!picture) return;
    QrScanner.scanImage(picture, { returnDetailedScanResult: true, alsoTryWithoutScanRegion: true })
      .then((result) => send(form, result.data))
      .catch(() => toast(text("unread")))
      .finally(() => (input.value = ""));
  };
}

export async function scan(button: HTMLElement): Promise<void> {
  const form = document.querySelector<HTMLFormElement>(button.dataset.scan || "form");
  const video = document.querySelector<HTMLVideoElement>("video[data-scan-video]");
  if (!form || !video) return;
  video.hidden = false;
  const scanner = new QrScanner(
    video,
    (result) => {
      scanner.destroy();
      video.hidden = true;
      send(form, result.data);
    },
    { highlightScanRegion: true, returnDetailedScanResult: true },
  );
  try {
    await scanner.start();
  } catch {
    scanner.destroy();
    video.hidden = true;
    toast(text("camera"));
    offerPhoto(form);
    form.querySelector<HTMLInputElement>('[name="code"], [data-scanned]')?.focus();
  }
}
