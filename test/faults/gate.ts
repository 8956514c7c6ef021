import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Everything between one host and the services it talks to. */
export interface Gate<Name extends string> {
  /** Where the services are for this host. */
  ports: Record<Name, number>;
  /** Lets nothing through, either way, as long as that goes on: the host is as if it were frozen. */
  hold(until: Promise<unknown>): void;
  /** How often something went through it, either way. */
  activity(): number;
  /** How many connections to a service are open, and not held. */
  open(name: Name): number;
  /** All connections are dead, and no new one comes about: the host is cut off for good. */
  cut(): void;
  /** The same, when the host has nothing to say any more. */
  close(): void;
}

/** Opens a way of its own to each of the services, given by their ports on loopback. */
export async function openGate<Name extends string>(services: Record<Name, number>): Promise<Gate<Name>> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const clients = new Map<Name, Set<Socket>>();
  let activity = 0;
  let isHeld = false;
  const onData = (): void => {
    activity += 1;
  };
  const ports = {} as Record<Name, number>;
  const openOne = async (name: Name, target: number): Promise<void> => {
    const own = new Set<Socket>();
    clients.set(name, own);
    const server = createServer({ noDelay: true }, (client) => {
      own.add(client);
      client.once("close", () => own.delete(client));
      join(client, target, sockets, onData);
      if (isHeld) client.pause();
    });
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    ports[name] = (server.address() as AddressInfo).port;
  };
  const targets = Object.entries(services) as [Name, number][];
  await Promise.all(targets.map(([name, target]) => openOne(name, target)));
  const end = (how: "resetAndDestroy" | "destroy") => (): void => {
    for (const server of servers) server.close();
    for (const socket of sockets) socket[how]();
  };
  async function hold(until: Promise<unknown>): Promise<void> {
    isHeld = true;
    for (const socket of sockets) socket.pause();
    await until.catch(() => undefined);
    isHeld = false;
    for (const socket of sockets) socket.resume();
  }
  return {
    ports,
    hold: (until) => void hold(until),
    activity: () => activity,
    open: (name) => (isHeld ? 0 : (clients.get(name)?.size ?? 0)),
    cut: end("resetAndDestroy"),
    close: end("destroy"),
  };
}

function join(client: Socket, target: number, sockets: Set<Socket>, onData: () => void): void {
  const service = connect({ port: target, host: "127.0.0.1", noDelay: true });
  for (const [one, other] of [
    [client, service],
    [service, client],
  ] as const) {
    sockets.add(one);
    one.on("data", onData).pipe(other);
    // A broken connection is broken at both ends.
    one.once("error", () => other.resetAndDestroy());
    one.once("close", () => {
      sockets.delete(one);
      other.destroy();
    });
  }
}
