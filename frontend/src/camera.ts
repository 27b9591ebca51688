// Scanning a code with the camera of any phone: what was read goes into the form and is sent.
import QrScanner from "qr-scanner";
import { text } from "./texts";
import { toast } from "./toast";

async function scan(button: HTMLElement): Promise<void> {
  const form = document.querySelector<HTMLFormElement>(button.dataset.scan || "form[data-scan-form]");
  const video = document.querySelector<HTMLVideoElement>("video[data-scan-video]");
  const input = form?.querySelector<HTMLInputElement>('[name="code"]');
  if (!form || !video || !input) return;
  video.hidden = false;
  const scanner = new QrScanner(
    video,
    (result) => {
      scanner.destroy();
      video.hidden = true;
      input.value = result.data.replace(/\D/g, "").slice(0, 8);
      input.dispatchEvent(new Event("input"));
      form.requestSubmit ? form.requestSubmit() : form.submit();
    },
    { highlightScanRegion: true, returnDetailedScanResult: true },
  );
  try {
    await scanner.start();
  } catch {
    scanner.destroy();
    video.hidden = true;
    toast(text("camera"));
    input.focus();
  }
}

for (const button of document.querySelectorAll<HTMLElement>("[data-scan]")) {
  button.hidden = false;
  button.addEventListener("click", () => void scan(button));
}
