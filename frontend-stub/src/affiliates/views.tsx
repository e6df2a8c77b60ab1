import { affiliateHref } from "../routing";

export const views = ["", "branch", "statement", "payouts"] as const;
export type View = (typeof views)[number];

const names: Record<View, string> = {
  "": "Commissions",
  branch: "Branch",
  statement: "Statement",
  payouts: "Payouts",
};

export function viewNamed(path: string | undefined): View {
  return views.find((view) => view === path) ?? "";
}

/** What there is to see of one affiliate; each view has an address. */
export function ViewTabs({ slug, id, view }: { slug: string; id: string; view: View }) {
  return (
    <nav className="tabs views" aria-label="Of this affiliate">
      {views.map((each) => (
        <a
          key={each}
          href={affiliateHref(slug, id, each)}
          aria-current={each === view ? "page" : undefined}
        >
          {names[each]}
        </a>
      ))}
    </nav>
  );
}
