/** Whom Microsoft and the mail servers of the local stack know. None of it opens anything else. */

export const WORK_TENANT = {
  id: "2f1c9a54-7d0e-4a38-b8c5-64a0e1d7b3f2",
  domain: "mantabots.onmicrosoft.example",
};

export const CLIENT_ID = "8c1d7f0e-3a52-4f4e-9d1b-7b6a2f5e9c30";
export const CLIENT_SECRET = "local~client~secret";

/** The team that mails through its own provider. */
export const MAIL_ACCOUNT = { user: "team@sharkbots.example", password: "local-mail-password" };

/** As `config/teams/sharkbots.json` names them. STARTTLS on both. */
export const MAIL_PORTS = { smtp: 2587, imap: 2143 };
