import type { KnownFailure } from '../ask.js';

/** In the words of kubectl and of API servers. The first that fits counts. */
export const FORBIDDEN: KnownFailure = {
  says: /\(Forbidden\)|is forbidden: User|cannot (create|get|list|watch|patch|delete) resource/,
  code: 'STATE',
  what: 'You have no rights to do this in the cluster',
  hint: 'rights in one namespace are enough: name one that is yours, and empty, with --namespace (`kubectl config view --minify` shows yours), or ask who runs the cluster to make one for you with the role edit in it',
};

export const ALREADY_THERE: KnownFailure = {
  says: /\(AlreadyExists\)/,
  code: 'STATE',
  what: 'Somebody else has just made the same there',
  hint: 'choose another name with --namespace',
};

export const NAMESPACE_GONE: KnownFailure = {
  says: /namespaces "[^"]*" not found|because it is being terminated/,
  code: 'STATE',
  what: 'The namespace is not there any more, or is being deleted',
  hint: 'its volumes go with it: `ln-play destroy --yes`, then `ln-play up` makes the network anew',
};

export const NOT_FOUND: KnownFailure = {
  says: /\(NotFound\)/,
  code: 'STATE',
  what: 'Something of this playground is not in the cluster any more',
  hint: '`ln-play up` makes again what lacks',
};

/** What `scale` says where a selector selects nothing. */
export const NONE_SELECTED: KnownFailure = {
  says: /no objects passed to scale/,
  code: 'STATE',
  what: 'Nothing of this playground is in the cluster',
  hint: NAMESPACE_GONE.hint,
};

export const FAILURES: readonly KnownFailure[] = [
  {
    says: /context was not found for specified context|context ".*" does not exist|no context exists/i,
    code: 'STATE',
    what: 'kubectl has no such context',
    hint: '`kubectl config get-contexts` lists them; name one with --context',
  },
  {
    says: /must be logged in to the server|asked for the client to provide credentials|\(Unauthorized\)|getting credentials:/,
    code: 'CONNECTION',
    what: 'The cluster does not know you',
    hint: 'log in to it again as its provider says, until `kubectl get pods` works',
  },
  {
    says: /was refused|Unable to connect|no such host|i\/o timeout|TLS handshake timeout|couldn't get current server|ServiceUnavailable|connection reset|net\/http: request canceled/i,
    code: 'CONNECTION',
    what: 'The cluster cannot be reached',
    hint: 'see whether `kubectl get pods` works; choose another cluster with --context',
  },
  {
    says: /exceeded quota|failed quota/i,
    code: 'STATE',
    what: "The namespace's quota is too small for this network",
    hint: 'ask who runs the cluster for more, or make the network smaller',
  },
  NAMESPACE_GONE,
  ALREADY_THERE,
  FORBIDDEN,
  NOT_FOUND,
  NONE_SELECTED,
];
