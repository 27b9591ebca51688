// Passkeys: the browser's half of WebAuthn. Markup: form[data-passkey=use|add][data-options][data-send][hidden] with a
// submit button, [data-passkey-words] for what went wrong and [data-passkey-failed] with its words. The form stays
// hidden where the browser knows no passkeys, and without scripts.

type Json = Record<string, unknown>;

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const out = new Uint8Array(plain.length);
  for (let at = 0; at < plain.length; at += 1) out[at] = plain.charCodeAt(at);
  return out.buffer;
}

function text(buffer: ArrayBuffer | null): string | null {
  if (!buffer) return null;
  let plain = "";
  new Uint8Array(buffer).forEach((one) => (plain += String.fromCharCode(one)));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function descriptors(list: unknown): PublicKeyCredentialDescriptor[] {
  return ((list as Json[] | undefined) ?? []).map((one) => ({ type: "public-key", id: bytes(String(one.id)) }));
}

async function made(options: Json): Promise<Json> {
  const user = options.user as Json;
  const publicKey = {
    ...options,
    challenge: bytes(String(options.challenge)),
    user: { ...user, id: bytes(String(user.id)) },
    excludeCredentials: descriptors(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = credential.response as AuthenticatorAttestationResponse;
  return packed(credential, { attestationObject: text(response.attestationObject) });
}

async function used(options: Json): Promise<Json> {
  const publicKey = {
    ...options,
    challenge: bytes(String(options.challenge)),
    allowCredentials: descriptors(options.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const response = credential.response as AuthenticatorAssertionResponse;
  return packed(credential, {
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    userHandle: text(response.userHandle),
  });
}

function packed(credential: PublicKeyCredential, response: Json): Json {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  };
}

async function ask(address: string, form: HTMLFormElement, answer?: Json): Promise<Json> {
  const body = new FormData(form);
  if (answer) body.set("answer", JSON.stringify(answer));
  const reply = await fetch(address, { method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" } });
  const told = (await reply.json().catch(() => ({}))) as Json;
  if (!reply.ok) throw new Error(String(told.message ?? ""));
  return told;
}

async function run(form: HTMLFormElement): Promise<void> {
  const options = (await ask(form.dataset.options ?? "", form)).publicKey as Json;
  const answer = form.dataset.passkey === "add" ? await made(options) : await used(options);
  const done = await ask(form.dataset.send ?? "", form, answer);
  window.location.assign(String(done.next ?? "/"));
}

export function startPasskeys(): void {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  document.querySelectorAll<HTMLFormElement>("form[data-passkey]").forEach((form) => {
    const words = form.querySelector<HTMLElement>("[data-passkey-words]");
    form.hidden = false;
    document.querySelectorAll<HTMLElement>("[data-passkey-absent]").forEach((one) => (one.hidden = true));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
      if (button) button.disabled = true;
      run(form).catch((error: Error) => {
        // The browser's own refusals (nobody touched it, cancelled) are in its language and its words: ours say enough.
        const own = error.name === "Error" ? error.message : "";
        if (words) {
          words.textContent = own || (words.dataset.passkeyFailed ?? "");
          words.hidden = false;
        }
        if (button) button.disabled = false;
      });
    });
  });
}
