const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/iu;

/**
 * What tells one thing of Webex from another, however its id is written: an id of the API is base64 of an address such as
 * `ciscospark://us/ROOM/…`, which names a region too, and the API takes the UUID at its end alone as well.
 * @returns the UUID in lower case; an id of an unknown form as it is
 */
export function uuidIn(id: string): string {
  const address = Buffer.from(id, "base64url").toString("utf8");
  return (UUID.exec(address) ?? UUID.exec(id))?.[0].toLowerCase() ?? id;
}
