import { type Place, programHref, replacePlace } from "../routing";
import type { DemoRole, DemoWallet } from "../wallets/demo-wallets";

/** People of one kind, with what somebody sees as one of them. */
export interface Kind {
  readonly role: DemoRole;
  readonly title: string;
  readonly sees: string;
  readonly people: readonly DemoWallet[];
}

const kinds = [
  { role: "ADMIN", title: "Admin", sees: "Sees everything, makes payouts and signs" },
  { role: "OWNER", title: "Owners of the treasury", sees: "Sign what leaves it" },
  { role: "AFFILIATE", title: "Affiliates", sees: "See their branch and what they earn" },
  { role: "CLIENT", title: "Customers", sees: "See their own payments" },
  { role: "OPERATOR", title: "Platform", sees: "Runs the platform" },
] as const;

/** Each of these people in the first kind that it is of. */
export function byKind(people: readonly DemoWallet[]): readonly Kind[] {
  const kindOf = (person: DemoWallet) => kinds.find(({ role }) => person.roles.includes(role));
  return kinds
    .map((kind) => ({ ...kind, people: people.filter((person) => kindOf(person) === kind) }))
    .filter((kind) => kind.people.length > 0);
}

/** Slugs and names of the programs that these people are in, each once. */
export function programsOf(people: readonly DemoWallet[]): ReadonlyMap<string, string> {
  return new Map(people.flatMap(({ program }) => (program ? [[program.slug, program.name]] : [])));
}

/** An address of this person's program, or of all of them, stays; from any other it starts in its own. */
export function goWhere({ program }: DemoWallet, { path: [area, slug] }: Place): void {
  if (program && (area !== "p" || slug !== program.slug)) replacePlace(programHref(program.slug));
}
