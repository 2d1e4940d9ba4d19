# frozen_string_literal: true

module CableChat
  # Who is at the other end: a value with an opaque id. Two are equal exactly if they are the same visitor.
  #
  # It has a GlobalID, so AnyCable can carry it as a connection's identifier and in a token, and Active Job as an argument.
  # The id goes to the page (see `hello` in the protocol), so it is never a credential.
  class Visitor
    include GlobalID::Identification

    MOST_CHARACTERS = 255

    attr_reader :id

    class << self
      # What GlobalID looks a visitor up by. There is nothing to look up: the id is the visitor.
      alias_method :find, :new

      def guest(key)
        new("guest:#{key}")
      end

      # A record of the application, or what tells its users apart: 42, "admin-7".
      def user(user)
        key = user.respond_to?(:id) ? user.id : user
        raise ArgumentError, "This user has no id yet: #{user.inspect}" if key.blank?

        new("user:#{key}")
      end
    end

    # Raises ArgumentError for what cannot be an id.
    def initialize(id)
      @id = String(id).dup.freeze
      return if @id.valid_encoding? && @id.length.between?(1, MOST_CHARACTERS)

      raise ArgumentError, "A visitor's id has 1 to #{MOST_CHARACTERS} characters; this one has #{@id.length}."
    end

    def guest?
      id.start_with?("guest:")
    end

    # What others may call the visitor, such as in a room; nil for guests, and where your application does not say. It is
    # looked up each time: a connection and a token carry the id alone.
    def name
      Identity.name_of(id.delete_prefix("user:")) if id.start_with?("user:")
    end

    def ==(other)
      other.is_a?(Visitor) && id == other.id
    end
    alias_method :eql?, :==

    def hash
      [ Visitor, id ].hash
    end
  end
end
