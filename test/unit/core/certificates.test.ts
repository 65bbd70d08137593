import { expect, test } from 'vitest';
import { certificatesAside, withCertificates } from '../../../src/core/certificates.js';

test('what a program starts has the certificates that the program itself has not', () => {
  const env = { PATH: '/bin', NODE_EXTRA_CA_CERTS: '/etc/certificates' };
  const own = { ...env, ...certificatesAside(env) };
  expect(own.NODE_EXTRA_CA_CERTS).toBeUndefined();
  expect(withCertificates(own)).toEqual({ ...env, NODE_EXTRA_CA_CERTS: undefined });
});

test('where there are none, nothing is set', () => {
  expect(certificatesAside({ PATH: '/bin' })).toEqual({});
  expect(withCertificates({ PATH: '/bin' })).toEqual({ PATH: '/bin' });
});
