/** Where NODE_EXTRA_CA_CERTS waits for the programs that one of ours starts. */
const ASIDE = 'LN_PLAY_NODE_EXTRA_CA_CERTS';

/**
 * What to set for a program of Node's that speaks TLS with nobody. Where NODE_EXTRA_CA_CERTS is set, Node 20 reads all of the
 * machine's certificates at its start, which takes twice as long as the rest of it.
 */
export const certificatesAside = ({ NODE_EXTRA_CA_CERTS: file }: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  file === undefined ? {} : { NODE_EXTRA_CA_CERTS: undefined, [ASIDE]: file };

/** The environment of such a program as its user has it, for what it starts. */
export function withCertificates({ [ASIDE]: file, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return file === undefined ? env : { NODE_EXTRA_CA_CERTS: file, ...env };
}
