// A proxy of our own: sends each request to the validator of its document and keeps what the validator says.

import http from 'node:http';

const HEADER = 'sl-violations';
const AN_ID = /^([0-9A-Za-z]{20}|[0-9a-f]{24}|[0-9a-f-]{36})$/;

/** `GET /contacts/{}/tasks/{}`: ids are left out, so that all calls of an operation look alike. */
export function operationOf(method, path) {
  const segments = path.split('/').map((segment) => (AN_ID.test(segment) ? '{}' : segment));
  return `${method} ${segments.join('/')}`;
}

/** `response.body.tasks.*.dueDate`: positions in lists are left out. */
function locationOf(violation) {
  return violation.location.map((part) => (/^\d+$/.test(String(part)) ? '*' : part)).join('.');
}

/** The violations in a header's text. One that Prism cut off, for its length, cannot be judged and becomes its own. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return [{ location: ['unreadable'], severity: 'Error', code: 'unreadable', message: text.slice(0, 300) }];
  }
}

export class Recorder {
  /** Violations since the last `take`. */
  #seen = [];
  /** Requests since the last `take`, by document. */
  #requests = new Map();
  #server;

  /** `documents`: `[{ name, prefix, port }]`; the first whose prefix fits gets the request. */
  constructor(documents) {
    // Prism puts up to 8 KiB into one header, on top of what the vendor sends.
    this.#server = http.createServer({ maxHeaderSize: 65_536 }, (request, reply) => {
      this.#pass(documents, request, reply);
    });
  }

  async listen() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  take() {
    const taken = { violations: this.#seen, requests: this.#requests };
    this.#seen = [];
    this.#requests = new Map();
    return taken;
  }

  #pass(documents, request, reply) {
    const path = new URL(request.url, 'http://twin').pathname;
    const document = documents.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
    if (!document) {
      this.#seen.push({
        document: 'none', operation: operationOf(request.method, path), location: 'request', code: 'undocumented',
        message: 'no document is about this path',
      });
      reply.writeHead(599).end();
      return;
    }
    this.#requests.set(document.name, (this.#requests.get(document.name) ?? 0) + 1);
    const onward = http.request({
      host: '127.0.0.1', port: document.port, method: request.method, path: request.url,
      headers: { ...request.headers, host: `127.0.0.1:${document.port}`, connection: 'close' },
      maxHeaderSize: 65_536,
    }, (answer) => {
      for (const violation of parsed(answer.headers[HEADER] ?? '[]')) {
        this.#seen.push({
          document: document.name,
          operation: operationOf(request.method, path),
          status: answer.statusCode,
          location: locationOf(violation),
          code: String(violation.code ?? 'uncoded'),
          message: violation.message,
        });
      }
      const headers = { ...answer.headers };
      delete headers[HEADER];
      reply.writeHead(answer.statusCode, headers);
      answer.pipe(reply);
    });
    onward.on('error', () => reply.destroy());
    request.pipe(onward);
  }
}
