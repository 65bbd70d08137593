/** Our environment without what `npm test` tells its children, which is about our own folder, and what names programs. */
export const bareEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|LN_PLAY_DIR)/i.test(name)));
