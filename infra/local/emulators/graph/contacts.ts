import type { EmulatorAnswer } from "../emulator.ts";
import { uuidOf } from "../uuid.ts";
import type { Call, Json } from "./call.ts";
import { withTicks } from "./event-resource.ts";
import { changeKey } from "./ids.ts";
import { listAnswer } from "./odata.ts";
import type { ContactState } from "./state.ts";

/** The cards of the default folder. @see https://learn.microsoft.com/graph/api/user-list-contacts */
export function listContacts(call: Call): EmulatorAnswer {
  return listAnswer(call, { items: call.mailbox.contacts, type: "contact", render: renderContact });
}

/** @see https://learn.microsoft.com/graph/api/resources/contact */
function renderContact(contact: ContactState): Json {
  const key = changeKey(contact.id, contact);
  const emailAddresses = contact.addresses.map((address) => ({ name: contact.displayName, address }));
  return {
    "@odata.etag": `W/"${key}"`,
    id: contact.id,
    createdDateTime: withTicks(contact.created),
    lastModifiedDateTime: withTicks(contact.modified),
    changeKey: key,
    categories: contact.categories,
    parentFolderId: uuidOf("contacts"),
    birthday: null,
    fileAs: contact.displayName,
    displayName: contact.displayName,
    givenName: contact.givenName,
    initials: null,
    middleName: null,
    nickName: null,
    surname: contact.surname,
    title: null,
    generation: null,
    imAddresses: [],
    jobTitle: contact.jobTitle,
    companyName: contact.companyName,
    department: null,
    officeLocation: null,
    profession: null,
    businessHomePage: null,
    assistantName: null,
    manager: null,
    homePhones: [],
    mobilePhone: null,
    businessPhones: [],
    spouseName: null,
    personalNotes: "",
    children: [],
    emailAddresses,
    primaryEmailAddress: emailAddresses[0] ?? null,
    secondaryEmailAddress: emailAddresses[1] ?? null,
    tertiaryEmailAddress: emailAddresses[2] ?? null,
    homeAddress: {},
    businessAddress: {},
    otherAddress: {},
  };
}
