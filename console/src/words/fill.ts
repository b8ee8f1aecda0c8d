// A sentence of the catalogue with its places filled in, {1} to {9}, with the Korean particle behind one; and words of others with what
// they hide.

// ---- Particles: {1}{을/를} takes the first form behind a final consonant, the second behind a vowel; 으로/로 takes the second behind a
// final ㄹ too. Vectors: test/vectors/particle.json.

const SYLLABLES_FIRST = 0xac00, SYLLABLES_LAST = 0xd7a3, FINALS = 28, FINAL_RIEUL = 8;

// Digits and letters by how they are read: 영 일 이 삼 사 오 육 칠 팔 구; 엘, 엠, 엔, 알.
const READ_WITH_RIEUL = "178LR", READ_WITH_FINAL = "036MN";

type Final = "none" | "rieul" | "other";

export function finalOf(text: string): Final {
  const last = text.normalize("NFC").replace(/[\s)\]}"'”’.,·]+$/u, "").slice(-1).toUpperCase();
  const code = last.charCodeAt(0);
  if (code >= SYLLABLES_FIRST && code <= SYLLABLES_LAST) {
    const final = (code - SYLLABLES_FIRST) % FINALS;
    return final === 0 ? "none" : final === FINAL_RIEUL ? "rieul" : "other";
  }
  if (last !== "" && READ_WITH_RIEUL.includes(last))
    return "rieul";
  return last !== "" && READ_WITH_FINAL.includes(last) ? "other" : "none";
}

export function particle(before: string, withFinal: string, without: string): string {
  const final = finalOf(before);
  return final === "none" || (final === "rieul" && without === "로") ? without : withFinal;
}

// ---- Filling. ----

// Marks a string for the catalogue that is looked up later.
export const N_ = (msgid: string): string => msgid;

export type Filling = string | number;

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|[\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

// In a sentence words of others hide nothing, and turn nothing that stands beside them: what goes from right to left has an isolate of its own.
function apart(value: Filling): string {
  const text = visible(String(value));
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}

export function fill(sentence: string, values: Filling[]): string {
  return sentence.replace(/\{(\d)\}(?:\{([^/}]+)\/([^}]+)\})?/g, (whole, digit: string, withFinal?: string, without?: string) => {
    const value = values[Number(digit) - 1];
    if (value === undefined)
      return whole;
    return apart(value) + (withFinal === undefined ? "" : particle(String(value), withFinal, without ?? ""));
  });
}

// ---- Characters that turn or hide text are shown as what they are, so that what was signed is what is read; and so is each mark behind the
// fourth on one letter, for marks that are heaped reach over what stands above and below.

const HIDDEN = /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|(?<=\p{M}{4})\p{M}/gu;

export const visible = (text: string): string => text.replace(HIDDEN, (letter) => `<U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`);

// The beginning of words of others: so many letters, each with its marks and both halves of its code.
export function beginning(text: string, letters: number): string {
  const shown = visible(text);
  for (const { index } of new Intl.Segmenter().segment(shown))
    if (letters-- === 0)
      return shown.slice(0, index);
  return shown;
}
