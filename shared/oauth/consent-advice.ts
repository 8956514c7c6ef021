import type { ConsentRefusedError } from "./code-exchange.ts";

/** What a page says of a sign-in that came to nothing, in words for a coach. */
export interface Advice {
  /** Of the HTTP answer. */
  status: 400 | 502 | 503;
  title: string;
  happened: string;
  whatToDo: string;
}

/** What the words below are filled in with. */
export interface AdviceWords {
  /** As people call it. */
  provider?: string;
  /** The secret that holds the app’s own secret. */
  clientSecret?: string;
  /** The settings that name the app. */
  settings?: string;
  /** The permissions that were not granted. */
  missing?: string;
  /** Who has signed in. */
  account?: string;
}

/** Every way in which connecting an account can come to nothing. `{names}` are filled in. */
const ADVICE = {
  declined: {
    status: 400,
    title: "You said no",
    happened: "{provider} tells us that the permissions were declined, so Rollcall got none.",
    whatToDo:
      "If that was not what you meant, try again and choose Accept. If a permission worries you, ask the person who gave you the link what it is for.",
  },
  "admin needed": {
    status: 400,
    title: "An administrator has to agree first",
    happened:
      "Your organisation does not let you give these permissions yourself. Nothing is wrong with your account.",
    whatToDo:
      "Ask the administrator of your organisation to approve the app, or to open the link and accept for everybody. Then try again.",
  },
  "no administrator": {
    status: 400,
    title: "An administrator of the organisation has to do this",
    happened:
      "You signed in as {account}, who is no administrator of the organisation: {provider} does not let this account read the organisation’s directory, which is what it was to be connected for. Nothing was stored.",
    whatToDo:
      "Only the consent of an administrator of the organisation works here. If you have such an account, try again with it; a private window helps when {provider} does not ask who you are. If not, copy the address of the button below and send it to an administrator: it opens once, within 7 days.",
  },
  "wrong account": {
    status: 400,
    title: "This account cannot be used here",
    happened:
      "The account you signed in with does not belong to the organisation that Rollcall works for, or is of a kind the app does not take.",
    whatToDo:
      "Try again and pick another account. If this is the right one, tell the person who runs Rollcall: {settings} and the account types of the app registration have to allow it.",
  },
  "wrong tenant": {
    status: 400,
    title: "Rollcall is set up for one organisation only",
    happened: "The app is registered for a single organisation, and the settings do not say which.",
    whatToDo:
      "Tell the person who runs Rollcall: set MICROSOFT_TENANT to that organisation's tenant id, or let the app registration take accounts of any organisation.",
  },
  "unknown app": {
    status: 400,
    title: "{provider} does not know Rollcall",
    happened: "The app that the settings name is unknown to {provider}, or is disabled.",
    whatToDo: "Tell the person who runs Rollcall: compare {settings} with the app’s registration.",
  },
  "secret expired": {
    status: 400,
    title: "Rollcall’s own password has expired",
    happened:
      "The client secret with which Rollcall proves who it is to {provider} has run out. Your account is fine.",
    whatToDo:
      "Tell the person who runs Rollcall: make a new client secret in the app registration and store its Value as the secret {clientSecret}. Then try again.",
  },
  "secret wrong": {
    status: 400,
    title: "Rollcall’s own password is wrong",
    happened:
      "{provider} does not accept the client secret with which Rollcall proves who it is. Your account is fine.",
    whatToDo:
      "Tell the person who runs Rollcall: store the Value of a client secret of the app (not its Secret ID) as the secret {clientSecret}. Then try again.",
  },
  "secret missing": {
    status: 503,
    title: "Rollcall’s own password is missing",
    happened:
      "The client secret with which Rollcall proves who it is to {provider} is not there. Your account is fine.",
    whatToDo:
      "Tell the person who runs Rollcall: store the Value of a client secret of the app as the secret {clientSecret}. Then try again.",
  },
  "sign in again": {
    status: 400,
    title: "Please sign in once more",
    happened:
      "What {provider} gave for your sign-in counts no more: it took too long, was used already, or the account’s password or sign-in rules changed meanwhile.",
    whatToDo: "Try again; the sign-in starts from the beginning.",
  },
  blocked: {
    status: 400,
    title: "Your organisation’s rules stopped the sign-in",
    happened:
      "A policy of your organisation, or a state of the account, does not allow this sign-in: for example from this device, this place, or with a locked account.",
    whatToDo:
      "Try from a device that your organisation manages. If that does not help, show this page to its administrator: the app has to be allowed.",
  },
  "scope missing": {
    status: 400,
    title: "A permission is missing",
    happened:
      "You are signed in, but {provider} did not grant everything that is needed. Missing: {missing}.",
    whatToDo:
      "Nothing was changed. Try again and accept every permission; if there is no way to accept it, an administrator of your organisation has to allow it, or the app’s registration lacks it.",
  },
  "scope refused": {
    status: 400,
    title: "{provider} does not offer these permissions",
    happened:
      "The app’s registration does not include all that is asked for, or this account may not grant it: some permissions only an administrator of the organisation has.",
    whatToDo:
      "Sign in as an administrator, if you have such an account. Otherwise tell the person who runs Rollcall to compare the registration with the permissions in the README.",
  },
  "no refresh token": {
    status: 400,
    title: "{provider} gave no lasting permission",
    happened:
      "The permission to work while nobody is signed in was not granted, and Rollcall needs it every day.",
    whatToDo: "Try again and accept every permission.",
  },
  state: {
    status: 400,
    title: "This sign-in cannot be finished",
    happened:
      "It was not begun here, was finished already, or lies too far back. Going back to this page, or loading it again, has the same effect. If a page named your account before, all is well.",
    whatToDo: "Otherwise open the link you were given once more; if it is used up, ask for a new one.",
  },
  "state expired": {
    status: 400,
    title: "This took too long",
    happened: "A sign-in has to be finished within 10 minutes.",
    whatToDo: "Open the link you were given once more; if it is used up, ask for a new one.",
  },
  "other browser": {
    status: 400,
    title: "This is not the browser it began in",
    happened:
      "For your safety a sign-in has to end in the browser it began in, and that browser has to accept our cookie.",
    whatToDo:
      "Open the link you were given once more, and stay in one browser. If you did not begin a sign-in, somebody may have tried to have you connect their account: close this page.",
  },
  "other service": {
    status: 400,
    title: "This answer is for another service",
    happened: "What came back does not belong to a sign-in at {provider}.",
    whatToDo: "Open the link you were given once more.",
  },
  unavailable: {
    status: 502,
    title: "{provider} gave no usable answer",
    happened:
      "Nothing is wrong with your account; {provider} could not be reached, or has a passing trouble.",
    whatToDo: "Try again in a few minutes.",
  },
  "not stored": {
    status: 503,
    title: "The permission could not be stored",
    happened:
      "You signed in and accepted, but the place where Rollcall keeps its secrets could not be used just now.",
    whatToDo:
      "Try again in a few minutes. If that does not help, tell the person who runs Rollcall to look at the log.",
  },
  refused: {
    status: 400,
    title: "{provider} refused",
    happened: "{provider} refused for a reason that we have no better words for.",
    whatToDo: "Show this page to the person who runs Rollcall; the code below says more.",
  },
  "ticket forged": {
    status: 400,
    title: "This link is not complete",
    happened:
      "The link was cut short on its way, was changed, or was made before Rollcall’s keys were replaced.",
    whatToDo:
      "Copy the whole link from the mail. If that does not help, ask the person who runs Rollcall for a new one; every report of a pass that needs it has one, too.",
  },
  "ticket expired": {
    status: 400,
    title: "This link has expired",
    happened: "A link to connect an account is valid for 7 days.",
    whatToDo:
      "Use the link in a newer mail, or ask the person who runs Rollcall for a new one; every report of a pass that needs it has one, too.",
  },
  "ticket used": {
    status: 400,
    title: "This link was used already",
    happened:
      "A link to connect an account opens once. If it was not you, a program that checks the links in mails may have opened it.",
    whatToDo:
      "If the account is connected, all is well. Otherwise ask the person who runs Rollcall for a new link; every report of a pass that needs it has one, too.",
  },
} as const satisfies Record<string, Advice>;

export type AdviceKind = keyof typeof ADVICE;

/**
 * Microsoft's codes that a sign-in can end with; `50011` (the redirect URI is not registered) stays on Microsoft's page.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const CODES: Partial<Record<AdviceKind, readonly number[]>> = {
  declined: [65004],
  "admin needed": [65001, 90008, 90093, 90094, 90095, 650052, 650056],
  "wrong account": [50020, 50034, 50128, 50177, 51004, 90072, 500200, 500202, 500203, 9002332],
  "wrong tenant": [50194, 90002],
  "unknown app": [70001, 700016, 700025, 7000112],
  "secret expired": [7000222],
  "secret wrong": [70002, 7000215, 7000218],
  "sign in again": [
    16000, 50058, 50072, 50074, 50076, 50078, 50079, 50085, 50089, 50132, 50133, 50173, 54005, 70000, 70008,
    70043, 500112, 501481, 700020, 700082, 700084, 9002313,
  ],
  blocked: [
    50005, 50053, 50055, 50057, 50105, 50126, 50131, 53000, 53001, 53002, 53003, 53004, 53011, 530003, 530032,
    530034, 530035,
  ],
  "scope refused": [70011, 28000, 650053, 500011],
  unavailable: [50033, 70012, 90006, 90012, 90024, 90033, 90055, 90090],
};

/** OAuth's own words, where no code says more. @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 */
const OAUTH_ERRORS: Readonly<Record<string, AdviceKind>> = {
  access_denied: "declined",
  consent_required: "admin needed",
  interaction_required: "sign in again",
  login_required: "sign in again",
  invalid_grant: "sign in again",
  invalid_scope: "scope refused",
  invalid_client: "secret wrong",
  unauthorized_client: "unknown app",
  server_error: "unavailable",
  temporarily_unavailable: "unavailable",
};

const KIND_OF_CODE = new Map(
  Object.entries(CODES).flatMap(([kind, codes]) => codes.map((code) => [code, kind as AdviceKind] as const)),
);

/** What a provider's refusal means for the person at the browser. */
export function kindOfRefusal({ code, error }: ConsentRefusedError): AdviceKind {
  const known = code === undefined ? undefined : KIND_OF_CODE.get(code);
  return known ?? (Object.hasOwn(OAUTH_ERRORS, error) ? OAUTH_ERRORS[error] : undefined) ?? "refused";
}

/** Whether only the person who runs Rollcall can clear it. */
export function needsOperator(kind: AdviceKind): boolean {
  return [
    "secret expired",
    "secret wrong",
    "secret missing",
    "not stored",
    "unknown app",
    "wrong tenant",
  ].includes(kind);
}

/** The words for it. */
export function adviceOf(kind: AdviceKind, words: AdviceWords): Advice {
  const { status, ...texts } = ADVICE[kind];
  const filled = Object.entries(texts).map(([name, text]) => [name, filledIn(text, words)]);
  return { status, ...(Object.fromEntries(filled) as Omit<Advice, "status">) };
}

function filledIn(text: string, words: AdviceWords): string {
  return text.replaceAll(/\{(\w+)\}/gu, (_, name: string) => words[name as keyof AdviceWords] ?? "");
}
