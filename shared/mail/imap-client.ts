// imapflow is CommonJS: in the bundle an `await import` of it gives a default and no names, and this module gives the name.
export { ImapFlow } from "imapflow";
