# frozen_string_literal: true

module CableChat
  # An action as it came over the wire, checked once. Fields that it does not know are ignored.
  class Action
    # Says which field is wrong, and what would do.
    class Malformed < StandardError; end

    ASKING = %w[ask regenerate edit].freeze
    FIELDS = {
      "resume" => %i[since cursors],
      "history" => %i[before limit],
      "ask" => %i[client_id message],
      "regenerate" => %i[client_id message_id],
      "edit" => %i[client_id message_id message],
      "stop" => %i[message_id],
      "feedback" => %i[message_id value at]
    }.freeze

    MOST_COUNT = 2**53 - 1
    # A client has one unfinished answer, seldom two.
    MOST_CURSORS = 100
    # What is blank to a visitor, as String#strip does not know all of it.
    BLANK = /\A[[:space:]\uFEFF]*\z/

    # Ids for the answer, as far as they can be read: an id that is no UUID goes back to its sender as well, but not a novel.
    def self.ids(data)
      %w[client_id message_id].to_h do |name|
        value = data[name]
        [ name.to_sym, (value if value.is_a?(String) && value.valid_encoding? && value.length <= 64) ]
      end
    end

    attr_reader :name

    # Raises Malformed.
    def initialize(name, data)
      fields = FIELDS.fetch(name) { raise Malformed, "This action is not known here." }
      @name = name
      @data = data
      @fields = fields.to_h { |field| [ field, send("read_#{field}") ] }
    end

    def [](field)
      @fields.fetch(field)
    end

    def asking?
      ASKING.include?(name)
    end

    private
      def read_client_id
        uuid("client_id")
      end

      def read_message_id
        uuid("message_id")
      end

      def read_message
        text = @data["message"]
        raise Malformed, "message must be a text." unless text.is_a?(String) && text.valid_encoding?
        raise Malformed, "message must not be empty." if BLANK.match?(text)

        text
      end

      def read_since
        optional_count("since")
      end

      def read_before
        whole_number("before", @data["before"])
      end

      def read_limit
        optional_count("limit")
      end

      def read_at
        whole_number("at", @data["at"])
      end

      def read_value
        value = @data["value"]
        return value if @data.key?("value") && [ "up", "down", nil ].include?(value)

        raise Malformed, 'value must be "up", "down" or null.'
      end

      def read_cursors
        cursors = @data["cursors"]
        return {} if cursors.nil?

        raise Malformed, "cursors must be an object." unless cursors.is_a?(Hash)
        raise Malformed, "cursors must name at most #{MOST_CURSORS} messages." if cursors.size > MOST_CURSORS

        cursors.to_h do |id, bytes|
          raise Malformed, "cursors must be named by UUIDs." unless Uuid.valid?(id)

          [ id, whole_number("cursors.#{id}", bytes) ]
        end
      end

      def uuid(name)
        value = @data[name]
        Uuid.valid?(value) ? value : raise(Malformed, "#{name} must be a UUID.")
      end

      def optional_count(name)
        whole_number(name, @data[name]) unless @data[name].nil?
      end

      # JSON has but one kind of number: 14.0 is 14.
      def whole_number(name, value)
        whole = value.is_a?(Integer) || (value.is_a?(Float) && value.finite? && value == value.floor)
        return value.to_i if whole && value.between?(0, MOST_COUNT)

        raise Malformed, "#{name} must be a whole number from 0 to 2^53 - 1."
      end
  end
end
