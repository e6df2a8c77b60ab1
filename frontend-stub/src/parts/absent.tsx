import type { ReactNode } from "react";
import { PageTitle } from "./page-title";
import { Empty } from "./states";

/** A page of something that is not there, or not for whoever looks. */
export function Absent({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <PageTitle title="Not found" />
      <Empty title={title}>{children}</Empty>
    </>
  );
}
