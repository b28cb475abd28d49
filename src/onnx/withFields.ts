/**
 * A message with other values for some fields; the given one is not changed. Unlike a spread it keeps what the message says
 * of fields that were never set.
 */
export function withFields<Message extends object>(message: Message, fields: Partial<Message>): Message {
  const copy: Message = Object.create(Object.getPrototypeOf(message));
  return Object.assign(copy, message, fields);
}
