import { ledgerInMemory } from "../fakes/ledger-in-memory.ts";
import { ledgerCases, VisitFact } from "./ledger-cases.ts";

const ledger = ledgerInMemory(VisitFact);
ledgerCases("the ledger in memory", { ledger, spoil: ledger.spoil });
