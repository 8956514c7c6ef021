import type { EmulatorAnswer } from "../../../infra/local/emulators/emulator.ts";
import { type AccountData, type StorageRequest, StorageRefusal } from "./account.ts";

const BETWEEN_PARTS = /(?:^|\r\n)--changeset_[\w-]+(?:--)?\r\n/;
const PART = /\r\n(POST|PUT|PATCH|DELETE) (\S+) HTTP\/1[.]1\r\n(.*?)\r\n\r\n(.*)$/s;

/**
 * Changes to rows of one table, all of them or none.
 * @see https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
 */
export function answerTransaction(
  tables: AccountData["tables"],
  request: StorageRequest,
  answerPart: (part: StorageRequest) => EmulatorAnswer,
): EmulatorAnswer {
  for (const table of tables.values()) table.begin();
  const answers: string[] = [];
  const parts = request.text
    .split(BETWEEN_PARTS)
    .flatMap((text) => [PART.exec(text) ?? []].filter(({ length }) => length > 0));
  if (parts.length === 0) throw new StorageRefusal(400, "InvalidInput", "The transaction has no part.");
  for (const [index, [, method = "", url = "", headers = "", text = ""]] of parts.entries()) {
    const { pathname, searchParams: query } = new URL(url);
    const path = decodeURIComponent(pathname).split("/").slice(AFTER_THE_ACCOUNT).join("/");
    try {
      const answer = answerPart({ ...request, method, path, query, headers: headersOf(headers), text });
      const lines = Object.entries(answer.headers ?? {}).map(
        ([name, value]) => `${name}: ${String(value)}\r\n`,
      );
      answers.push(`HTTP/1.1 204 No Content\r\n${lines.join("")}\r\n\r\n`);
    } catch (error) {
      if (!(error instanceof StorageRefusal)) throw error;
      for (const table of tables.values()) table.takeBack();
      const message = { lang: "en-US", value: `${index}:${error.message}` };
      const body = JSON.stringify({ "odata.error": { code: error.code, message } });
      const type = "Content-Type: application/json;odata=minimalmetadata;charset=utf-8";
      return multipart([`HTTP/1.1 ${error.status} ${error.code}\r\n${type}\r\n\r\n${body}\r\n`]);
    }
  }
  return multipart(answers);
}

/** `/table/account/` */
const AFTER_THE_ACCOUNT = 3;

function multipart(answers: string[]): EmulatorAnswer {
  const parts = answers.map(
    (answer) =>
      `--changesetresponse_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n${answer}`,
  );
  const set = `Content-Type: multipart/mixed; boundary=changesetresponse_1\r\n\r\n${parts.join("")}--changesetresponse_1--\r\n`;
  return {
    status: 202,
    headers: { "content-type": "multipart/mixed; boundary=batchresponse_1" },
    body: `--batchresponse_1\r\n${set}--batchresponse_1--\r\n`,
  };
}

function headersOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split("\r\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}
