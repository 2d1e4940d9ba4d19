# frozen_string_literal: true

module CableChat
  # A piece of a message's text, as bytes, at the byte at which it begins.
  class Piece < ApplicationRecord
    def self.append(message_id, offset, text)
      insert!({ message_id: message_id, byte_offset: offset, content: text.b })
    end
  end
end
