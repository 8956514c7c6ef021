/** A request that cannot be answered as asked: becomes an RFC 9457 problem with this status and detail. */
export class RequestProblem extends Error {
  override readonly name = "RequestProblem";
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}
