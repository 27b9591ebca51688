// The browser works a little instead of its person answering a question: it looks for a text whose SHA-256, together
// with the challenge, begins with so many zero bits. Markup: [data-challenge][data-bits] with input[name=proof] inside.
const SLICE_MS = 12;

const K = new Uint32Array(64);
const START = new Uint32Array(8);
// The constants of SHA-256: fractions of the square and cube roots of the first primes (FIPS 180-4).
(function fill() {
  const fraction = (value: number) => Math.floor((value - Math.floor(value)) * 0x100000000);
  let found = 0;
  for (let candidate = 2; found < 64; candidate += 1) {
    let prime = true;
    for (let factor = 2; factor * factor <= candidate; factor += 1) if (candidate % factor === 0) prime = false;
    if (!prime) continue;
    if (found < 8) START[found] = fraction(Math.sqrt(candidate));
    K[found] = fraction(Math.cbrt(candidate));
    found += 1;
  }
})();

function block(state: Uint32Array, words: Uint32Array): void {
  const turn = (value: number, by: number) => (value >>> by) | (value << (32 - by));
  for (let i = 16; i < 64; i += 1) {
    const a = words[i - 15];
    const b = words[i - 2];
    words[i] = words[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + words[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + words[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((value, at) => (state[at] += value));
}

/** The first 32 bits of the SHA-256 of an ASCII text. */
export function head(text: string): number {
  const length = text.length;
  const blocks = ((length + 8) >> 6) + 1;
  const data = new Uint32Array(blocks * 16);
  for (let at = 0; at < length; at += 1) data[at >> 2] |= text.charCodeAt(at) << (24 - (at & 3) * 8);
  data[length >> 2] |= 0x80 << (24 - (length & 3) * 8);
  data[data.length - 1] = length * 8;
  const state = START.slice();
  const words = new Uint32Array(64);
  for (let at = 0; at < data.length; at += 16) {
    words.set(data.subarray(at, at + 16));
    block(state, words);
  }
  return state[0];
}

function work(token: string, bits: number, done: (proof: string) => void): void {
  let tried = 0;
  const slice = () => {
    const end = performance.now() + SLICE_MS;
    while (performance.now() < end) {
      for (let n = 0; n < 200; n += 1, tried += 1) {
        const proof = tried.toString(36);
        if (head(`${token}:${proof}`) >>> (32 - bits) === 0) {
          done(proof);
          return;
        }
      }
    }
    window.setTimeout(slice);
  };
  slice();
}

export function startChallenge(): void {
  document.querySelectorAll<HTMLElement>("[data-challenge]").forEach((box) => {
    const bits = Number(box.dataset.bits);
    const proof = box.querySelector<HTMLInputElement>("input[name=proof]");
    const form = box.closest("form");
    if (!bits || !proof || !form) return;
    const question = box.querySelector<HTMLElement>(".field");
    if (question) question.hidden = true;
    let waiting = false;
    form.addEventListener("submit", (event) => {
      if (proof.value) return;
      event.preventDefault();
      waiting = true;
    });
    work(box.dataset.challenge ?? "", bits, (found) => {
      proof.value = found;
      if (waiting) form.submit();
    });
  });
}
