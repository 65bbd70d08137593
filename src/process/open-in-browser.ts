import { spawn } from 'node:child_process';

/** How long whoever is asked to open something may take to say that it can't, in ms. */
const SAYS_NO_MS = 2_000;

/** Opens a URL in the browser of whoever sits before this machine, if there is a desktop. @returns whether it is opened */
export async function openInBrowser(url: string, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const isMac = process.platform === 'darwin';
  if (!isMac && !env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return false;
  const child = spawn(isMac ? 'open' : 'xdg-open', [url], { stdio: 'ignore', detached: true });
  child.unref();
  return await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), SAYS_NO_MS); // it may stay for as long as the browser does
    const end = (isOpened: boolean): void => {
      clearTimeout(timer);
      resolve(isOpened);
    };
    child.once('error', () => end(false)).once('exit', (code) => end(code === 0));
  });
}
