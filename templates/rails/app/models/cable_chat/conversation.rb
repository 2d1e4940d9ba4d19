# frozen_string_literal: true

module CableChat
  # A conversation of one visitor. It comes to be with the first question that is accepted.
  class Conversation < ApplicationRecord
    has_many :messages, dependent: :delete_all

    # Gives out positions one by one. Only under the lock of .hold, which lasts until the commit: so they become visible in
    # their order, and who has seen position 7 will never see a 6 appear later.
    def next_position!
      update_columns(last_position: last_position + 1)
      last_position
    end

    # Yields the conversation, made if it is not there, under its lock and inside a transaction. What is raised, and
    # ActiveRecord::Rollback among it, takes back its making.
    #
    # The first statement writes, and reads nothing. SELECT … FOR UPDATE is nothing to SQLite: a transaction there that has read
    # when it first writes fails at once if somebody else has written in between, instead of waiting for its turn. Hence plain
    # SQL: Active Record would look at the schema before.
    def self.hold(id, owner)
      transaction do
        touch = sanitize_sql_array([ "UPDATE #{quoted_table_name} SET last_position = last_position WHERE id = ?", id ])
        known = connection.update(touch) == 1
        insert({ id: id, owner: owner, created_at: Time.current }) unless known
        yield lock.find(id)
      end
    end
  end
end
