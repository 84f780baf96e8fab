// The token endpoint of a demo account: refresh tokens only (RFC 6749 §6), plaintext on 127.0.0.1.
import { createServer, type IncomingMessage } from 'node:http';
import { type DemoServer, listening } from './listening.js';
import type { TokenOffice } from './token-office.js';

const MAX_BODY_BYTES = 16 * 1024;

export async function startTokenServer(tokens: TokenOffice, port = 0): Promise<DemoServer> {
  const server = createServer((request, response) => {
    answer(request, tokens).then(
      ({ status, body }) => {
        const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
        response.writeHead(status, headers).end(JSON.stringify(body));
      },
      () => request.destroy(),
    );
  });
  return listening(server, port, () => server.closeAllConnections());
}

async function answer(request: IncomingMessage, tokens: TokenOffice): Promise<{ status: number; body: unknown }> {
  const refused = (error: string) => ({ status: 400, body: { error } });
  if (request.method !== 'POST' || request.url !== '/token') return { status: 404, body: { error: 'not_found' } };
  const form = new URLSearchParams(await bodyOf(request));
  if (form.get('grant_type') !== 'refresh_token') return refused('unsupported_grant_type');
  const given = tokens.refresh(form.get('refresh_token') ?? '');
  return given ? { status: 200, body: given } : refused('invalid_grant');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const piece of request) {
    body += String(piece);
    if (body.length > MAX_BODY_BYTES) throw new Error('the form is too long');
  }
  return body;
}
