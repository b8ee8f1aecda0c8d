// A sentence of the catalogue with its places filled in: {1} to {9}, and a particle behind one.

import { particle } from "./particle.js";

export type Filling = string | number;

export function fill(sentence: string, values: Filling[]): string {
  return sentence.replace(/\{(\d)\}(?:\{([^/}]+)\/([^}]+)\})?/g, (whole, digit: string, withFinal?: string, without?: string) => {
    const value = values[Number(digit) - 1];
    if (value === undefined)
      return whole;
    const text = String(value);
    return withFinal === undefined ? text : text + particle(text, withFinal, without ?? "");
  });
}
