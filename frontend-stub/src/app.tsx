import { useEffect, useState } from "react";
import { Provider } from "urql";
import { type Api, ApiProvider, openApi } from "./live/api";
import { type Session, useSession } from "./session";
import { Console } from "./shell/console";
import { SignIn } from "./shell/sign-in";

export function App() {
  const session = useSession();
  if (session.key === null) return <SignIn ended={session.ended} signIn={session.signIn} />;
  return <SignedIn key={session.key} apiKey={session.key} signOut={session.signOut} />;
}

function SignedIn({ apiKey, signOut }: { apiKey: string; signOut: Session["signOut"] }) {
  const [api, setApi] = useState<Api | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: one api for each key; signOut is new on every render
  useEffect(() => {
    const opened = openApi(apiKey, () => signOut("The API key expired or was revoked."));
    setApi(opened);
    return () => void opened.socket.dispose();
  }, [apiKey]);
  if (!api) return null;
  return (
    <ApiProvider value={api}>
      <Provider value={api.client}>
        <Console signOut={() => signOut()} />
      </Provider>
    </ApiProvider>
  );
}
