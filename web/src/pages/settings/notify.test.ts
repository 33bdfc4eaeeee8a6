import { describe, expect, it } from 'vitest';
import type { Notifications } from '../../api/types';
import { asItIs, whole } from './notify';

const state = { sent_at: null, failed_at: null, trouble: null, waiting: 0 };

describe('the notifications as they are', () => {
  it('are written without what is only shown, and leave secrets out', () => {
    const known: Notifications = {
      email: { host: 'mail.example.com', port: 465, encryption: 'tls', user: 'kim', password_set: true, from: 'a@b.c', to: ['d@e.f'], state },
      webhook: { host: 'hooks.example.com', state },
      alarm: null,
      attention_minutes: 10,
      stopped_minutes: 2,
      reminder_hours: 24,
    };
    expect(asItIs(known)).toEqual({
      email: { host: 'mail.example.com', port: 465, encryption: 'tls', user: 'kim', from: 'a@b.c', to: ['d@e.f'] },
      webhook: {},
      alarm: null,
      attention_minutes: 10,
      stopped_minutes: 2,
      reminder_hours: 24,
    });
  });

  it('take whole numbers alone', () => {
    expect(['12', 12, '0', '', null, 'x', -1].map((typed) => whole(typed, 5))).toEqual([12, 12, 0, 5, 5, 5, 5]);
  });
});
