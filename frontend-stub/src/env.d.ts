interface ImportMetaEnv {
  /** While the page is developed: the origin of the API that it speaks to (vite.config.ts). */
  readonly VITE_SITE: string;
}
