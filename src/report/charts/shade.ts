/** The colour of a saturation, `null` where there is none: from white over blue, which everyone reads and which prints. */
export function shade(saturation: number | null): string {
  if (saturation === null) return '#e69f00';
  const mix = (from: number, to: number) => Math.round(from + (to - from) * saturation);
  return `rgb(${mix(232, 0)},${mix(241, 60)},${mix(250, 110)})`;
}
