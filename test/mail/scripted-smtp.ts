import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { createSecureContext } from "node:tls";
import { Wire } from "../../infra/local/emulators/imap/wire.ts";
import type { ServerCertificate } from "../../infra/local/tls.ts";

/** Closes the connection instead of answering. */
export const DROP = Symbol("drop");
/** Never answers. */
export const HANG = Symbol("hang");

/** When the server speaks. BODY is the first line of a mail, END the dot after its last. */
export type Moment =
  | "GREETING"
  | "EHLO"
  | "STARTTLS"
  | "AUTH"
  | "MAIL"
  | "RCPT"
  | "DATA"
  | "BODY"
  | "END"
  | "QUIT";
/** A reply, or the beginning of one whose rest is lost with the connection. */
export type Answer = string | { cutOff: string } | typeof DROP | typeof HANG;

/** What to say where a well-behaved server would say something else. A RCPT may be told by its address. */
export interface Script {
  answers?: Partial<Record<Moment, Answer>> & { recipients?: Record<string, string> };
  /** What EHLO lists; AUTH and, before TLS, STARTTLS unless given. */
  extensions?: string[];
  /** Called at each moment, before the answer. */
  onMoment?: (moment: Moment) => void;
}

export interface ScriptedSmtp {
  port: number;
  /** The commands, first words only. */
  heard: string[];
  close(): Promise<void>;
}

const USUAL: Record<Moment, string> = {
  GREETING: "220 ready",
  EHLO: "250 hello",
  STARTTLS: "220 go ahead",
  AUTH: "235 2.7.0 welcome",
  MAIL: "250 2.1.0 fine",
  RCPT: "250 2.1.5 fine",
  DATA: "354 go ahead",
  BODY: "",
  END: "250 2.0.0 queued",
  QUIT: "221 bye",
};

/** A server that says what the test wants at the moment the test wants it. */
export async function startScriptedSmtp(
  certificate: ServerCertificate,
  script: Script,
): Promise<ScriptedSmtp> {
  const heard: string[] = [];
  const open = new Set<Wire>();
  const secureContext = createSecureContext(certificate);
  const server = createServer({ noDelay: true }, (socket) => {
    const wire = new Wire(socket);
    open.add(wire);
    void new Conversation(wire, script, heard).run(() => wire.upgrade(secureContext));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const wire of open) wire.destroy();
      }),
  };
}

class Conversation {
  readonly #wire: Wire;
  readonly #script: Script;
  readonly #heard: string[];

  constructor(wire: Wire, script: Script, heard: string[]) {
    this.#wire = wire;
    this.#script = script;
    this.#heard = heard;
  }

  async run(startTls: () => void): Promise<void> {
    if (!this.#answer("GREETING", "")) return;
    for (;;) {
      const line = await this.#wire.line();
      if (line === undefined) return;
      const [verb = ""] = line.toUpperCase().split(/[ :]/);
      this.#heard.push(verb);
      const said = this.#answer(verb as Moment, line);
      if (said === undefined) return;
      if (verb === "STARTTLS" && said.startsWith("220")) startTls();
      if (verb === "DATA" && /^[23]/.test(said) && !(await this.#takeMail())) return;
    }
  }

  async #takeMail(): Promise<boolean> {
    let first = true;
    for (;;) {
      const line = await this.#wire.line();
      if (line === undefined) return false;
      if (first && this.#answer("BODY", line) === undefined) return false;
      first = false;
      if (line === ".") return this.#answer("END", line) !== undefined;
    }
  }

  /** What was said; nothing when the conversation is over. */
  #answer(moment: Moment, line: string): string | undefined {
    this.#script.onMoment?.(moment);
    const { answers = {} } = this.#script;
    const forRecipient = Object.entries(answers.recipients ?? {}).find(([address]) =>
      line.includes(`<${address}>`),
    );
    const answer = forRecipient?.[1] ?? answers[moment] ?? USUAL[moment] ?? "500 5.5.1 What?";
    if (answer === DROP) this.#wire.destroy();
    if (typeof answer === "object") {
      this.#wire.send(answer.cutOff, "");
      this.#wire.end();
    }
    if (typeof answer !== "string") return undefined;
    if (moment === "EHLO" && answer.startsWith("250")) this.#sendExtensions();
    if (answer !== "") this.#wire.send(answer);
    return answer;
  }

  #sendExtensions(): void {
    const usual = this.#wire.isSecure ? ["AUTH PLAIN LOGIN"] : ["STARTTLS"];
    for (const extension of this.#script.extensions ?? usual) this.#wire.send(`250-${extension}`);
  }
}
