# frozen_string_literal: true

module CableChat
  # Ids of conversations and messages, minted by the browser or by us. Compared as strings, and sent back as they came.
  module Uuid
    PATTERN = /\A\h{8}-\h{4}-\h{4}-\h{4}-\h{12}\z/

    module_function

    def valid?(value)
      value.is_a?(String) && value.valid_encoding? && PATTERN.match?(value)
    end

    def mint
      SecureRandom.uuid
    end
  end
end
