import type { State } from "../state.ts";
import type { Directory } from "./directory.ts";
import type { Memory } from "./memory.ts";

/** Webex's documents promise no particular refresh token after a refresh; a client must be ready for either. */
export type RefreshTokens =
  /** Each use gives a new one, and the one that was used counts no more. */
  | "rotate"
  /** Each use gives the same one, which ends when it would have. Webex's own SDK has seen it like that. */
  | "keep";

/** What every route of the service works with. */
export interface WebexService {
  now: () => Date;
  directory: Directory;
  state: State<Memory>;
  refreshTokens: RefreshTokens;
}
