import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf, UserError } from '../../errors.js';
import { html } from '../../report/html/html.js';
import { pageData } from '../../report/html/pageData.js';
import type { RenderOptions } from '../../report/options.js';
import type { Run } from '../../run/schema.js';
import { version } from '../../version.js';

/** What the page shows. */
export interface LiveRuns {
  readonly runs: readonly Run[];
  readonly options: RenderOptions;
}

/** Before the first checkpoint there is nothing to draw; the page asks again. */
const WAITING = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<title>delve watch</title><p>Waiting for the first checkpoint.</p></html>
`;

/** The report page, served to this machine only, which grows with a series. */
export class LivePage {
  readonly #server: Server;
  readonly #listeners = new Set<ServerResponse>();
  readonly #read: () => Promise<LiveRuns>;
  #port = 0;

  private constructor(read: () => Promise<LiveRuns>) {
    this.#read = read;
    this.#server = createServer((request, response) => {
      void this.#answer(request, response).catch(() => {
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
  }

  /**
   * @param port to listen on; 0 takes any that is free.
   * @param read what to show, asked whenever somebody looks.
   * @throws UserError where the port is taken.
   */
  static async open(port: number, read: () => Promise<LiveRuns>): Promise<LivePage> {
    const page = new LivePage(read);
    await new Promise<void>((resolve, reject) => {
      page.#server.once('error', (error) =>
        reject(
          new UserError(
            `--port ${port} cannot be listened on (${messageOf(error)}): give another, or 0 for any that is free`,
          ),
        ),
      );
      page.#server.listen(port, '127.0.0.1', resolve);
    });
    const address = page.#server.address();
    if (typeof address === 'object' && address !== null) page.#port = address.port;
    return page;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Tells every open page that there is more. */
  update(): void {
    for (const listener of this.#listeners) listener.write('data: more\n\n');
  }

  async close(): Promise<void> {
    for (const listener of this.#listeners) listener.end();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A name of another site that resolves to this machine would let that site read the page.
    if (![`127.0.0.1:${this.#port}`, `localhost:${this.#port}`].includes(request.headers.host ?? '')) {
      response.writeHead(403).end();
      return;
    }
    if (request.method !== 'GET') {
      response.writeHead(405).end();
      return;
    }
    switch (request.url) {
      case '/': {
        const { runs, options } = await this.#read();
        const text = runs.length === 0 ? WAITING : await html(runs, { ...options, live: true });
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...fresh }).end(text);
        return;
      }
      case '/data': {
        const { runs, options } = await this.#read();
        const data = pageData(runs, { ...options, live: true }, version);
        response.writeHead(200, { 'content-type': 'application/json', ...fresh }).end(JSON.stringify(data));
        return;
      }
      case '/events': {
        response.writeHead(200, { 'content-type': 'text/event-stream', ...fresh });
        response.write(': delve watch\n\n');
        this.#listeners.add(response);
        response.on('close', () => this.#listeners.delete(response));
        return;
      }
      default:
        response.writeHead(404).end();
    }
  }
}

const fresh = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;
