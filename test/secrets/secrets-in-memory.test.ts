import { fakeClock } from "../fakes/fake-clock.ts";
import { secretsInMemory } from "../fakes/secrets-in-memory.ts";
import { secretStoreCases } from "./secret-store-cases.ts";

secretStoreCases("the fake store", async () => secretsInMemory(fakeClock("2026-11-03T04:00:00Z")));
