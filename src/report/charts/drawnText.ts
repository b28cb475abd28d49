/**
 * Text as the charting library may have it: it keeps what it measures and draws in plain objects by that text, and
 * would take what every object has already (`constructor`), or change it for all of them (`__proto__`). A space at the
 * end is not seen.
 */
export const drawnText = (text: string): string => (text in Object.prototype ? `${text} ` : text);
