# frozen_string_literal: true

module CableChat
  # A snapshot that is being filled: knows how much of its room is left. Counts the JSON as it goes over the wire.
  class SnapshotPage
    COMMA = 1

    # widest: the longest that the fields beside the messages may become.
    def initialize(conversation_id, texts: Text.new, widest: {})
      @conversation_id = conversation_id
      @texts = texts
      @entries = []
      @left = CableChat.config.snapshot_bytes - json_bytes(frame(**widest))
    end

    def empty?
      @entries.empty?
    end

    # Adds a message's text from a byte on. Returns :whole; :cut, to the room that was left; or :none. A question is never cut,
    # as no cursor ever names one.
    def add(message, from: 0, cut: true)
      room = @left - json_bytes(message.to_entry(message.bytes, "")) - COMMA
      return :none if room.negative?

      offset, text = @texts.part(message, from: from, at_least: room)
      content = Utf8.fit_json(text, room)
      whole = content.bytesize == text.bytesize && offset + content.bytesize >= message.bytes
      return :none unless whole || (cut && message.answer? && content.present?)

      push(message.to_entry(offset, content), whole)
    end

    def frame(newest_first: false, **fields)
      { type: "snapshot", conversation_id: @conversation_id, messages: newest_first ? @entries.reverse : @entries, **fields }
    end

    private
      def push(entry, whole)
        @entries << entry
        @left = whole ? @left - json_bytes(entry) - COMMA : 0
        whole ? :whole : :cut
      end

      def json_bytes(value)
        ActiveSupport::JSON.encode(value).bytesize
      end
  end
end
