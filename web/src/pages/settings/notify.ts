// The settings of the notifications are written as a whole: each card changes its part, and leaves secrets as they are.
import { api, ask } from '../../api/client';
import type { Notifications, NotificationsKept, NotificationsWish } from '../../api/types';

/** What every card is given. */
export interface CardProps {
  known: Notifications;
  /** Called with how it is after a change. */
  kept: (now: Notifications) => void;
}

export interface WayProps extends CardProps {
  /** Called after a test. */
  tried: () => Promise<void>;
}

/** As it is; secrets that are left out are kept. */
export function asItIs({ email, webhook, alarm, ...times }: Notifications): NotificationsWish {
  return {
    ...times,
    email: email && { host: email.host, port: email.port, encryption: email.encryption, user: email.user, from: email.from, to: email.to },
    webhook: webhook && {},
    alarm: alarm && { minutes: alarm.minutes },
  };
}

export function keep(known: Notifications, change: Partial<NotificationsWish>): Promise<NotificationsKept> {
  return ask(api.PUT('/api/v1/notifications', { body: { ...asItIs(known), ...change } }));
}

/** A whole number that somebody typed, or what stands for anything else. A field for numbers gives a number, or null. */
export function whole(typed: unknown, otherwise: number): number {
  const text = String(typed ?? '').trim();
  const number = Math.round(Number(text));
  return text !== '' && Number.isFinite(number) && number >= 0 ? number : otherwise;
}
