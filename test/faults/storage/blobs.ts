import type { EmulatorAnswer } from "../../../infra/local/emulators/emulator.ts";
import {
  type AccountData,
  nextVersion,
  type StorageRequest,
  StorageRefusal,
  type StoredBlob,
} from "./account.ts";
import { answerLease, requireLease } from "./leases.ts";

type Container = Map<string, StoredBlob>;

/**
 * The Blob service, as far as this project asks it: containers, block blobs written at once, conditions, leases.
 * @throws {StorageRefusal}
 * @see https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api
 */
export function answerBlobService(account: AccountData, request: StorageRequest): EmulatorAnswer {
  const [name = "", ...rest] = request.path.split("/");
  const blob = rest.join("/");
  if (blob === "") return answerContainer(account, name, request);
  const container = account.containers.get(name);
  if (!container) throw new StorageRefusal(404, "ContainerNotFound");
  return answerBlob(container, blob, request);
}

function answerContainer(
  { containers }: AccountData,
  name: string,
  { method, query }: StorageRequest,
): EmulatorAnswer {
  const container = containers.get(name);
  if (method === "PUT") {
    if (container) throw new StorageRefusal(409, "ContainerAlreadyExists");
    containers.set(name, new Map());
    return { status: 201, headers: { etag: etagOf(nextVersion()) } };
  }
  if (!container) throw new StorageRefusal(404, "ContainerNotFound");
  if (method === "GET" && query.get("comp") === "list") return listAnswer(container, query.get("prefix"));
  throw new StorageRefusal(400, "UnsupportedHttpVerb");
}

function answerBlob(container: Container, name: string, request: StorageRequest): EmulatorAnswer {
  const { method, query, headers } = request;
  const blob = container.get(name);
  if (method === "PUT" && query.get("comp") === "lease") return answerLease(found(blob), request);
  if (method === "PUT" && query.size === 0) return putBlob(container, name, blob, request);
  if (method === "GET" || method === "HEAD") {
    const { content, type, etag } = found(blob);
    const length = Buffer.byteLength(content);
    const described = {
      etag,
      "content-type": type,
      "content-length": String(length),
      "x-ms-blob-type": "BlockBlob",
    };
    if (method === "HEAD") return { status: 200, headers: described };
    const range =
      headers["x-ms-range"] === undefined ? {} : { "content-range": `bytes 0-${length - 1}/${length}` };
    return { status: range["content-range"] ? 206 : 200, headers: { ...described, ...range }, body: content };
  }
  if (method === "DELETE") {
    requireCondition(found(blob), headers["if-match"]);
    requireLease(blob, request);
    container.delete(name);
    return { status: 202 };
  }
  throw new StorageRefusal(400, "UnsupportedHttpVerb");
}

function putBlob(
  container: Container,
  name: string,
  before: StoredBlob | undefined,
  request: StorageRequest,
): EmulatorAnswer {
  const { headers, text } = request;
  if (headers["if-none-match"] === "*" && before) throw new StorageRefusal(409, "BlobAlreadyExists");
  requireCondition(before, headers["if-match"]);
  requireLease(before, request);
  const etag = etagOf(nextVersion());
  const type = String(
    headers["x-ms-blob-content-type"] ?? headers["content-type"] ?? "application/octet-stream",
  );
  container.set(name, { content: text, type, etag, lease: before?.lease });
  return { status: 201, headers: { etag } };
}

function requireCondition(blob: StoredBlob | undefined, ifMatch: string | undefined): void {
  if (ifMatch === undefined || (blob && (ifMatch === "*" || ifMatch === blob.etag))) return;
  throw new StorageRefusal(412, "ConditionNotMet");
}

function found(blob: StoredBlob | undefined): StoredBlob {
  if (blob) return blob;
  throw new StorageRefusal(404, "BlobNotFound");
}

function listAnswer(container: Container, prefix: string | null): EmulatorAnswer {
  const names = [...container.keys()].filter((name) => name.startsWith(prefix ?? "")).sort();
  const blobs = names.map(
    (name) =>
      `<Blob><Name>${escaped(name)}</Name><Properties><BlobType>BlockBlob</BlobType></Properties></Blob>`,
  );
  const body = `<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>${blobs.join("")}</Blobs><NextMarker/></EnumerationResults>`;
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function etagOf(version: number): string {
  return `"0x${version.toString(16).toUpperCase().padStart(15, "0")}"`;
}
