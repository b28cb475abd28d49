import type { ReadingKind } from '../../readings/reading.js';

/**
 * What a layer's reading looks like, on the page and in pictures. The hues are those of Okabe and Ito, which people
 * with any colour vision can tell apart.
 */
export const readingLooks: Readonly<Record<ReadingKind, { readonly color: string; readonly label: string }>> =
  {
    healthy: { color: '#0072b2', label: 'healthy' },
    tail: { color: '#d55e00', label: 'tail' },
    narrow: { color: '#cc79a7', label: 'narrow' },
    'by design': { color: '#009e73', label: 'full by design' },
    dead: { color: '#4d4d4d', label: 'dead' },
    output: { color: '#56b4e9', label: 'output' },
    uncertain: { color: '#b8b8b8', label: 'too few observations' },
    invalid: { color: '#e69f00', label: 'invalid' },
    'not judged': { color: '#8c8c8c', label: 'not judged' },
  };
