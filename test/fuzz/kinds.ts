import { dataKinds } from './dataKinds.js';
import { fileKinds } from './fileKinds.js';
import type { Kind } from './kind.js';

export const kinds: readonly Kind[] = [...fileKinds, ...dataKinds];
