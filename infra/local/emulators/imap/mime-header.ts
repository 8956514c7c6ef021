import addressparser from "nodemailer/lib/addressparser";

const HEADER_END = "\r\n\r\n";

/** The header of a mail with the empty line that ends it, and the text after it. */
export function splitMail(source: string): { header: string; text: string } {
  const end = source.indexOf(HEADER_END);
  if (end < 0) return { header: source, text: "" };
  const start = end + HEADER_END.length;
  return { header: source.slice(0, start), text: source.slice(start) };
}

/** The fields of a header as they stand there, folded lines and encoded words included. */
export function fieldsOf(source: string): { name: string; raw: string }[] {
  const { header } = splitMail(source);
  return header
    .split(/\r\n(?![ \t])/)
    .filter((raw) => raw.includes(":"))
    .map((raw) => ({ name: raw.slice(0, raw.indexOf(":")).trim().toLowerCase(), raw }));
}

/** The value of the first field of that name, on one line. */
export function fieldOf(source: string, name: string): string | undefined {
  const field = fieldsOf(source).find((candidate) => candidate.name === name.toLowerCase());
  return field?.raw
    .slice(field.raw.indexOf(":") + 1)
    .replaceAll(/\r\n(?=[ \t])/g, "")
    .trim();
}

/** A string of the protocol: NIL for nothing, a literal where quotes cannot hold it. */
export function quoted(text: string | undefined): string {
  if (text === undefined) return "NIL";
  if (/[\r\n\0\u0080-\u{10ffff}]/u.test(text)) return literal(text);
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** One character per byte. */
export function literal(text: string): string {
  return `{${text.length}}\r\n${text}`;
}

/** @see https://www.rfc-editor.org/rfc/rfc3501#section-7.4.2 */
export function envelopeOf(source: string): string {
  const from = addressesOf(fieldOf(source, "from"));
  const parts = [
    quoted(fieldOf(source, "date")),
    quoted(fieldOf(source, "subject")),
    from,
    orElse(addressesOf(fieldOf(source, "sender")), from),
    orElse(addressesOf(fieldOf(source, "reply-to")), from),
    ...["to", "cc", "bcc"].map((name) => addressesOf(fieldOf(source, name))),
    quoted(fieldOf(source, "in-reply-to")),
    quoted(fieldOf(source, "message-id")),
  ];
  return `(${parts.join(" ")})`;
}

function orElse(addresses: string, others: string): string {
  return addresses === "NIL" ? others : addresses;
}

function addressesOf(value: string | undefined): string {
  const addresses = addressparser(value ?? "", { flatten: true }).map(({ name, address }) => {
    const at = address.lastIndexOf("@");
    return `(${quoted(name || undefined)} NIL ${quoted(address.slice(0, at))} ${quoted(address.slice(at + 1))})`;
  });
  return addresses.length === 0 ? "NIL" : `(${addresses.join("")})`;
}
