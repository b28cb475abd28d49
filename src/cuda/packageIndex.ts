import { messageOf, UserError } from '../errors.js';

/** A file that a Python package index offers. */
export interface IndexedFile {
  readonly name: string;
  readonly url: string;
  /** In hexadecimal digits; absent where the index gives none. */
  readonly sha256?: string;
}

/** The two forms of an index's page: https://packaging.python.org/en/latest/specifications/simple-repository-api/ */
const ACCEPTED =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';

/**
 * The files of a project on a package index.
 *
 * @param index the address that pip takes as `--index-url`; it may hold a user and a password.
 * @returns none where the index does not have the project.
 * @throws UserError where the index cannot be reached.
 */
export async function filesOf(project: string, index: string): Promise<IndexedFile[]> {
  const page = `${index.replace(/\/*$/, '')}/${project}/`;
  const response = await request(page, { accept: ACCEPTED });
  if (response.status === 404) return [];
  const text = await response.text();
  const base = response.url === '' ? page : response.url;
  return /json/.test(response.headers.get('content-type') ?? '')
    ? readJson(text, base)
    : readHtml(text, base);
}

/**
 * Asks an index, with the user and the password that stand in the address, if any.
 *
 * @throws UserError where it does not answer, or refuses.
 */
export async function request(address: string, headers: Record<string, string> = {}): Promise<Response> {
  const url = addressOf(address);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const sent = new Headers(headers);
  if (username !== '') {
    sent.set(
      'authorization',
      `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`,
    );
  }
  let response: Response;
  try {
    response = await fetch(url, { headers: sent });
  } catch (error) {
    const cause = error instanceof Error && error.cause ? messageOf(error.cause) : messageOf(error);
    throw new UserError(
      `${url.origin} cannot be reached (${cause}): name another package index with --index, or fetch the wheel elsewhere and give it with --wheel`,
    );
  }
  if (response.ok || response.status === 404) return response;
  throw new UserError(
    `${url.origin} answers ${response.status} ${response.statusText}: name another package index with --index, or fetch the wheel elsewhere and give it with --wheel`,
  );
}

function addressOf(address: string): URL {
  try {
    const url = new URL(address);
    if (/^https?:$/.test(url.protocol)) return url;
  } catch {
    // Told below.
  }
  throw new UserError(
    `the package index ${address} is no address: give one as --index https://host/simple, as pip takes it`,
  );
}

function readJson(text: string, base: string): IndexedFile[] {
  const page = JSON.parse(text) as {
    files?: { filename: string; url: string; hashes?: Record<string, string>; yanked?: unknown }[];
  };
  return (page.files ?? [])
    .filter(({ yanked }) => !yanked)
    .map(({ filename, url, hashes }) => ({
      name: filename,
      url: new URL(url, base).href,
      ...(hashes?.sha256 === undefined ? {} : { sha256: hashes.sha256 }),
    }));
}

function readHtml(text: string, base: string): IndexedFile[] {
  return [...text.matchAll(/<a\s[^>]*?href\s*=\s*["']([^"']+)["'][^>]*>/gi)].map(([, href]) => {
    const url = new URL(href.replaceAll('&amp;', '&'), base);
    const sha256 = /sha256=([0-9a-f]{64})/i.exec(url.hash)?.[1];
    url.hash = '';
    const name = decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
    return { name, url: url.href, ...(sha256 === undefined ? {} : { sha256: sha256.toLowerCase() }) };
  });
}
