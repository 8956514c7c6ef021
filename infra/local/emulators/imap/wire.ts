import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import { TLSSocket } from "node:tls";

const LINE_END = Buffer.from("\r\n");

/** The client said something that may not come here; the connection cannot go on. */
export class BrokenProtocolError extends Error {
  override readonly name = "BrokenProtocolError";
}

/** One connection, read in lines and counted bytes. Reading gives undefined once the client is gone. */
export class Wire {
  #socket: Socket;
  #unread: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  get isSecure(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  /** The next line without its end. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#unread.indexOf(LINE_END);
      if (end >= 0) {
        const text = this.#unread.toString("utf8", 0, end);
        this.#unread = this.#unread.subarray(end + LINE_END.length);
        return text;
      }
      if (!(await this.#more())) return undefined;
    }
  }

  async bytes(count: number): Promise<Buffer | undefined> {
    while (this.#unread.length < count) {
      if (!(await this.#more())) return undefined;
    }
    const bytes = this.#unread.subarray(0, count);
    this.#unread = this.#unread.subarray(count);
    return bytes;
  }

  /** Sends a line. Characters are bytes (latin1), so that a mail's source leaves as it came. */
  send(text: string, end = "\r\n"): void {
    if (!this.#socket.destroyed) this.#socket.write(text + end, "latin1");
  }

  /**
   * Goes on in TLS. To be called right after the answer to STARTTLS was sent.
   * @throws {BrokenProtocolError} the client sent commands in the clear that would have been obeyed inside
   */
  upgrade(secureContext: SecureContext): void {
    if (this.#unread.length > 0)
      throw new BrokenProtocolError("There were bytes between STARTTLS and the handshake");
    this.#socket.removeAllListeners("data");
    this.#socket = new TLSSocket(this.#socket, { isServer: true, secureContext });
    this.#listen();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on("data", (chunk: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#wake();
    });
    const onEnd = (): void => {
      this.#ended = true;
      this.#wake();
    };
    this.#socket.on("end", onEnd);
    this.#socket.on("close", onEnd);
    // A client that distrusts the certificate ends the handshake with an error; its close follows.
    this.#socket.on("error", () => undefined);
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    await new Promise<void>((resolve) => (this.#wake = resolve));
    return true;
  }
}
