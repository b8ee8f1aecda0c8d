// Nine digits of a leaf, to be read aloud: the same on both sides.
export function aloud(leaf: string): string {
  const number = parseInt(leaf.slice(0, 8), 16) % 1_000_000_000;
  return String(number).padStart(9, "0").replace(/(...)(?=.)/g, "$1 ");
}
