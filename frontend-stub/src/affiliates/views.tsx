import { Views } from "../parts/views";

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
  const path = (of: View) => `affiliates/${id}${of && `/${of}`}`;
  return (
    <Views
      slug={slug}
      label="Of this affiliate"
      views={views.map((each) => ({ path: path(each), name: names[each] }))}
      shown={path(view)}
    />
  );
}
