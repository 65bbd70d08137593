import { createServer, type ListenOptions, type Socket } from 'node:net';

/** Listens on a socket of this machine. @returns what ends it, and its connections once they have what was written to them */
export async function listen(where: ListenOptions, serve: (client: Socket) => void): Promise<() => void> {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => {}); // whoever asked has gone
    client.on('close', () => clients.delete(client));
    serve(client);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(where, resolve));
  return () => {
    server.close();
    for (const client of clients) client.destroySoon();
  };
}
