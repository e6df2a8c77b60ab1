import type { IntentDetailQuery } from "../generated/operations";

/** One intent with its whole story, as the page reads it. */
export type Detail = NonNullable<IntentDetailQuery["intent"]>;
